"""What the two built packages say of each other."""

from importlib.metadata import requires, version


def test_both_packages_name_each_other_in_their_one_version() -> None:
    own = version("florence-edge")
    assert version("florence-edge-label-studio") == own
    assert f"florence-edge=={own}" in (requires("florence-edge-label-studio") or [])
    # What is published names no folder of the machine that has built it.
    assert f"florence-edge-label-studio=={own}; extra == 'label-studio'" in (requires("florence-edge") or [])
    assert not any("file:" in each for each in requires("florence-edge") or [])


def test_the_client_itself_needs_httpx_alone() -> None:
    assert [each for each in requires("florence-edge") or [] if "extra ==" not in each] == ["httpx<1,>=0.25"]
