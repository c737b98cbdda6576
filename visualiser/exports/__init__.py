"""What leaves the program to live elsewhere: animated 3D files, offline pages, slide decks, handouts, posed meshes, notebooks."""
