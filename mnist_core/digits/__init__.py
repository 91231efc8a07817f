"""The digits: loaded from MNIST, an archive, IDX files or a folder, or drawn; and pictures of a user's own."""
