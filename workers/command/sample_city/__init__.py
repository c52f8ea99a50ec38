"""The sample city: Ya'an with its districts, and made-up officers, owners, vehicles and stickers to try things with.

``yaan.yaml``, `people` and `vehicles` are data; `load` writes them once, `demo_file` tells a newcomer of them.
No person, phone or vehicle in it exists.
"""
