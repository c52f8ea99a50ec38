"""What the service says: the product's sentences, and in which of them a city has a wording of its own.

The product's are the catalogue (``models/catalogue``, one JSON file per language and area): pages, refusals and
notices, so that the web, the workers and the import of a bundle know the same keys. Who reads which language, and
what is drawn with the words, is left to others.
"""
