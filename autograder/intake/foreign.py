"""Files that are neither text nor a notebook, told by their first bytes and called what they are."""

ZIP = b"PK\x03\x04"
PACKED = (
    (b"word/", "a Word file"),
    (b"xl/", "an Excel file"),
    (b"ppt/", "a PowerPoint file"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file"),
    (b"application/hwp+zip", "a HWP file"),
    (b"index.apxl", "an Apple document"),
    (b"Index/Document.iwa", "an Apple document"),
)
ARCHIVES = (
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
)
KINDS = (
    *ARCHIVES,
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or HWP file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml")
AFTER = b"\xef\xbb\xbf \t\r\n"
MOST = 1 << 16


def foreign_kind(data: bytes) -> str:
    """Name what a file is where its bytes say that it is something else than text, such as `a PDF file`; else ""."""
    head = data[:MOST]
    if head.startswith(ZIP):
        return next((kind for mark, kind in PACKED if mark in data), "a zip archive")
    head = head.lstrip(AFTER)
    if head[:16].lower().startswith(PAGES):
        return "a web page (HTML)"
    return next((kind for mark, kind in KINDS if head.startswith(mark)), "")
