"""What stands on the documents of the record, as values; pure. Drawing them is ``models.printing.leaf``'s."""
