"""The usual convolutional network: the digits always, MNIST where it is."""

import os

import pytest

MNIST = pytest.mark.skipif("GLOW_DATA_DIR" not in os.environ, reason="no GLOW_DATA_DIR with MNIST")


@pytest.mark.parametrize(
    "dataset", ["digits", pytest.param("mnist", marks=[pytest.mark.long, MNIST])]
)
def test_the_claimed_share_of_test_images_is_answered(mnist_cnn, dataset):
    setting = mnist_cnn.SETTINGS[dataset]
    reached = mnist_cnn.accuracies(setting, setting.epochs)
    assert reached[-1] >= setting.claim
    assert reached[0] < reached[-1]
