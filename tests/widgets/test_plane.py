import pytest
from traitlets import TraitError

from glow.dynamics import plane, sweep
from glow.estimators import KDE, Binned
from glow_widgets import InformationPlane
from glow_widgets._saved import PLANE_MIME


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


def test_a_cell_s_output_keeps_the_plane(recording, outputs):
    """AC-36, AC-40: small, as text, with a picture at the estimator's own settings."""
    view = InformationPlane({"tanh": sweep(recording, Binned(), bins=[8, 16, 30])}, title="Bins")
    view._ipython_display_()
    first, last = outputs[0]
    assert first == {PLANE_MIME: {"live": view.model_id}, "text/plain": "InformationPlane()"}
    assert last[PLANE_MIME]["live"] == view.model_id
    assert last[PLANE_MIME]["title"] == "Bins"
    assert last[PLANE_MIME]["recordings"][0]["planes"][0]["slider"]["values"] == [8, 16, 30]
    at_thirty = plane(recording, Binned(bins=30)).isel(epoch=-1, layer=0)
    assert f"dense: I(X;T) {float(at_thirty.xt):.3f}" in last["text/plain"]
    assert "data:image/png;base64," in last["text/html"]


def test_a_loop_of_updates_keeps_the_last_plane_once(recording, outputs):
    view = InformationPlane(plane(recording, Binned(), epochs=[0, 1]))
    view._ipython_display_()
    for estimator in (Binned(bins=8), Binned(bins=16), KDE()):
        view.update(plane(recording, estimator))
    view._output._timer.join()
    _, _, *later = outputs[0]
    assert [b[PLANE_MIME]["recordings"][0]["planes"][0]["estimator"] for b in later] == ["kde"]
    assert "KDE" in later[0]["text/plain"]


def test_a_document_is_kept_as_it_is(make_document, outputs):
    view = InformationPlane({**make_document(), "title": "A plane"})
    view._ipython_display_()
    kept = {**view.document, "live": view.model_id}
    assert outputs[0][-1] == {PLANE_MIME: kept, "text/plain": "A plane"}


def test_an_empty_view_keeps_nothing(outputs):
    view = InformationPlane()
    view._ipython_display_()
    assert outputs[0] == [{PLANE_MIME: {"live": view.model_id}, "text/plain": "InformationPlane()"}]
