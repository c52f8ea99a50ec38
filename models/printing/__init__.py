"""What is printed: QR codes and sheets of stickers. Pure drawing, bytes out; it reads its font and nothing else.

It stands among the models because pages, workers and the command all print (docs/decisions/0005).
"""
