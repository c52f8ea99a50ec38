"""Alibaba Cloud as we need it: text messages, spoken calls, and numbers that stand for two others.

RPC over HTTPS, signed by ``signing``; each product's calls are a module. No rows, and no decisions about people.
"""
