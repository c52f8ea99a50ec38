"""WeCom (企业微信): a group's robot, and messages of an application to members. What goes over the wire; no rows."""
