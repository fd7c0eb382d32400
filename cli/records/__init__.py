"""`penstock records`: look into TFRecord files, check, repair, index, split and merge them."""
