"""Services of others that the product calls: how a call is bounded, and what its failures are called.

Leaves to others: what each provider speaks (``models.wechat``, ``models.aliyun``, …) and what a failure means for a
notice (``workers.channels``).
"""
