"""`penstock adapt` and `penstock transform`: preprocessing layers over files of tables."""
