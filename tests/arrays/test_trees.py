"""Trees, their file format, and keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.arrays import Key, flatten, leaves, load_tree, save_tree, tree_map, unflatten

TREE = {"layers": [{"w": np.arange(6.0).reshape(2, 3).T, "b": np.ones(2, dtype=np.float32)}, {}], "t": np.array(3)}
names = st.sampled_from(["w", "b", "gamma", "0"])
trees = st.recursive(
    st.integers().map(np.asarray),
    lambda child: st.dictionaries(names, child, max_size=3) | st.lists(child, max_size=3) | st.tuples(child, child),
)


@given(tree=trees)
def test_unflatten_undoes_flatten(tree):
    again = unflatten(*flatten(tree))
    assert flatten(again) == flatten(tree)
    assert type(again) is type(tree)


def test_tree_map_goes_leaf_by_leaf():
    doubled = tree_map(lambda a, b: a + b, TREE, TREE)
    np.testing.assert_array_equal(doubled["layers"][0]["w"], 2 * TREE["layers"][0]["w"])
    assert [path for path, _ in leaves(doubled)] == ["layers/0/w", "layers/0/b", "t"]


def test_trees_of_two_forms_are_told_where_they_differ():
    with pytest.raises(ValueError, match=r"differ at a/1: a dict with \['w'\] against a list of 0"):
        tree_map(lambda *_: None, {"a": [1, {"w": 2}]}, {"a": [1, []]})
    with pytest.raises(ValueError, match="differ at the root: a list of 2 against a list of 1"):
        tree_map(lambda *_: None, [1, 2], [1])


def test_a_saved_tree_comes_back(tmp_path):
    save_tree(tmp_path / "deep" / "tree.safetensors", TREE, {"step": 7})
    tree, facts = load_tree(tmp_path / "deep" / "tree.safetensors")
    assert facts == {"step": 7}
    for (path, ours), (their_path, theirs) in zip(leaves(TREE), leaves(tree), strict=True):
        assert path == their_path and ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)  # w is a transposed view: its memory lies the other way
    assert tree["layers"][1] == {}
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["tree.safetensors"]


def test_a_damaged_file_says_so(tmp_path):
    path = tmp_path / "tree.safetensors"
    save_tree(path, TREE)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match="is damaged"):
        load_tree(path)


def test_a_file_of_someone_else_says_so(tmp_path):
    from safetensors.numpy import save_file

    save_file({"w": np.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="was not written by byhand"):
        load_tree(tmp_path / "other.safetensors")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "tree.safetensors"
    save_tree(path, {"w": np.ones(2)})
    with pytest.raises(TypeError):
        save_tree(path, {"w": np.zeros(2)}, {"not json": object()})
    tree, _ = load_tree(path)
    np.testing.assert_array_equal(tree["w"], 1)
    assert len(list(tmp_path.iterdir())) == 1


def test_keys_give_the_same_numbers_and_branches_others():
    key = Key.from_seed(0)
    np.testing.assert_array_equal(key.fold("noise", 3).uniform((4,)), key.fold("noise", 3).uniform((4,)))
    streams = [key, key.fold("noise"), key.fold("noise", 3), key.fold("noise", 4), Key.from_seed(1)]
    assert len({k.normal((1,)).item() for k in streams}) == len(streams)
    assert sorted(key.permutation(5).tolist()) == [0, 1, 2, 3, 4]
    noise = key.uniform((10000,))
    assert noise.dtype == np.float32 and noise.min() >= 0 and noise.max() < 1
