"""The shape of a picture and the number of classes, which every room counts with."""

SIDE = 28  # pixels of a picture's side
NUM_CLASSES = 10
