"""The heavy bytes of an import, kept in pieces so that no statement carries a whole long file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils import timezone

from muster.imports.models import Content, Edit, Import

PIECE_BYTES = 4 * 1024 * 1024
ORIGINAL, ROWS = Content.Part.ORIGINAL, Content.Part.ROWS


def keep(imp: Import, part: Content.Part, pieces: Iterable[bytes]) -> None:
    """Keep the bytes, in place of what was kept before."""
    Content.objects.filter(of=imp, part=part).delete()
    for number, piece in enumerate(pieces):
        Content.objects.create(of=imp, part=part, number=number, data=piece)


def keep_whole(imp: Import, part: Content.Part, data: bytes) -> None:
    """Keep bytes that are in hand already."""
    keep(imp, part, (data[start : start + PIECE_BYTES] for start in range(0, max(len(data), 1), PIECE_BYTES)))


def pieces(imp: Import, part: Content.Part) -> Iterator[bytes]:
    """Yield what is kept, piece by piece; nothing when there is none."""
    numbers = Content.objects.filter(of=imp, part=part).order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        yield bytes(Content.objects.values_list("data", flat=True).get(of=imp, part=part, number=number))


def is_kept(imp: Import, part: Content.Part) -> bool:
    """Whether there is any."""
    return Content.objects.filter(of=imp, part=part).exists()


def original(imp: Import) -> bytes:
    """Return the file as it was uploaded or pasted. Raises Content.DoesNotExist when it has been removed."""
    found = list(pieces(imp, ORIGINAL))
    if not found:
        raise Content.DoesNotExist("the original has been removed")
    return found[0] if len(found) == 1 else b"".join(found)


def beginning(imp: Import) -> bytes:
    """Return the first piece of the file, all of most files. Raises Content.DoesNotExist when it has been removed."""
    return next(pieces(imp, ORIGINAL), None) or original(imp)


def remove_original(imp: Import) -> bool:
    """Remove the file and its edits, and note that they are gone; return whether the import is still there."""
    drop(imp, ORIGINAL)
    Edit.objects.filter(of=imp).delete()
    return bool(Import.objects.filter(pk=imp.pk).update(original_removed_at=timezone.now()))


def drop(imp: Import, part: Content.Part) -> None:
    """Remove it."""
    Content.objects.filter(of=imp, part=part).delete()
