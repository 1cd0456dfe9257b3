"""S3's uploads in parts, where ministack takes what AWS refuses."""

from xml.etree import ElementTree

from .replace import replace, require

# All parts but the last have at least this many bytes.
SMALLEST_PART = 5 * 1024 * 1024

_NOT_ALGORITHMS = {"algorithm", "mode", "type"}
_CHECKSUM = "x-amz-checksum-"


def know_the_checksums_of_their_algorithm():
    """An upload that was started with a checksum algorithm wants that checksum of every part; one without knows none."""
    from ministack.services import s3

    require(s3, "_multipart_uploads", "_error", "_qp")

    def make_upload_part(upload_part):
        def sent(bucket, key, body, query, headers):
            expected = _upload(s3, query).get("checksum_algorithm")
            actual = _algorithm(headers)
            if expected and actual != expected:
                return s3._error(
                    "InvalidRequest",
                    "Checksum Type mismatch occurred, expected checksum Type: "
                    f"{expected.lower()}, actual checksum Type: {actual.lower() if actual else 'null'}",
                    400,
                    f"/{bucket}/{key}",
                )
            return upload_part(bucket, key, body, query, headers)

        return sent

    def make_complete(complete):
        def completed(bucket, key, body, query, headers=None):
            refused = _refusal(_upload(s3, query), body)
            if refused:
                return s3._error(*refused, 400, f"/{bucket}/{key}")
            return complete(bucket, key, body, query, headers)

        return completed

    replace(s3, "_upload_part", make_upload_part)
    replace(s3, "_complete_multipart_upload", make_complete)


def _upload(s3, query):
    """The upload that is meant, or nothing: then ministack answers."""
    identifier = s3._qp(query, "uploadId")
    return s3._multipart_uploads[identifier] if identifier in s3._multipart_uploads else {}


def _algorithm(headers):
    """The algorithm of the checksum that a part comes with, in a header or behind its bytes."""
    names = [*headers, *headers.get("x-amz-trailer", "").split(",")]
    for name in (name.strip().lower() for name in names):
        if name.startswith(_CHECKSUM) and name.removeprefix(_CHECKSUM) not in _NOT_ALGORITHMS:
            return name.removeprefix(_CHECKSUM).upper()
    return None


def _refusal(upload, body):
    """Why S3 would not make an object of these parts: a code and a message, or nothing."""
    sent, expected = upload.get("parts", {}), upload.get("checksum_algorithm")
    try:
        parts = [_fields(part) for part in ElementTree.fromstring(body) if _name(part) == "Part"]
        numbers = [int(part["PartNumber"]) for part in parts]
    except (ElementTree.ParseError, KeyError, ValueError):
        return None
    if any(one >= next for one, next in zip(numbers, numbers[1:])):
        return "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number."
    for number, part in zip(numbers, parts):
        checksums = {name for name in part if name.startswith("Checksum")}
        if checksums and not expected:
            return (
                "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
                "specified entity tag may not match the part's entity tag.",
            )
        if expected and f"Checksum{expected}" not in checksums:
            return (
                "InvalidRequest",
                f"The upload was created using a {expected.lower()} checksum. The complete request must include the "
                f"checksum for each part. It was missing for part {number} in the request.",
            )
    if any(number in sent and sent[number]["size"] < SMALLEST_PART for number in numbers[:-1]):
        return "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
    return None


def _name(element):
    return element.tag.rpartition("}")[2]


def _fields(part):
    return {_name(field): field.text for field in part}
