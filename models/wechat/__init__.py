"""A WeChat official account (公众号): what goes over the wire, both ways. No rows, and no decisions about people.

Facts: docs of developers.weixin.qq.com, gathered in the project's notes on the field; what only the platform can say
(quotas, templates, categories) is a setting.
"""
