"""The chains of hashes over the record: what a row's bytes are, what it hangs on, and how one checks it. Pure."""
