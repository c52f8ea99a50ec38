"""The ways to a person: which there are, what a city sets up for each, and what a provider may say. Pure but for

``setups``, which knows what the database says of them. Speaking to a provider is the workers' affair.
"""
