"""The vocabulary: orderings and specs as text and as frozen data, names, predicted bytes and errors. No TensorFlow."""
