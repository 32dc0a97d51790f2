import pytest
from traitlets import TraitError

from glow_widgets import InformationPlane


def test_a_document_is_shown_as_it_is(make_document):
    assert InformationPlane(make_document()).document == make_document()


def test_an_update_replaces_the_document_whole(make_document):
    view = InformationPlane()
    assert view.document == {}
    view.update(make_document("first"))
    view.update(make_document("second"))
    assert view.document["recordings"][0]["layers"] == ["second"]


def test_other_documents_are_refused(make_document):
    with pytest.raises(TraitError, match=r"expected a document of format 'glow\.plane', got 'xls'"):
        InformationPlane({**make_document(), "format": "xls"})
    with pytest.raises(TraitError, match="holds no recordings"):
        InformationPlane({**make_document(), "recordings": []})


def test_the_repr_does_not_hold_the_document(make_document):
    assert repr(InformationPlane(make_document())) == "InformationPlane()"
