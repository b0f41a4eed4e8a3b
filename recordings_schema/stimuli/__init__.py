"""All image decoding of the program: DICOM by pixel content, PNG, JPEG and TIFF, and the exact grey chain."""
