import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from core.arrays import UNLABELLED
from core.learning.supervised import logistic

DIGITS = load_digits()


def test_it_is_scikit_learns_regression_on_the_labels_and_keeps_them():
    truth = DIGITS.target[:300]
    features = DIGITS.data[:300]
    labels = np.where(np.arange(300) < 60, truth, UNLABELLED)
    labels[5] = (truth[5] + 1) % 10
    said = logistic(features, labels)
    scale = features[:60].std()
    peer = LogisticRegression(C=10, max_iter=1000).fit(features[:60] / scale, labels[:60])
    assert (said[:60] == labels[:60]).all()
    assert np.mean(said[60:] == peer.predict(features[60:] / scale)) == 1


def test_of_one_class_all_are_said_to_be_of_it():
    labels = np.full(20, UNLABELLED)
    labels[3] = 7
    assert logistic(DIGITS.data[:20], labels).tolist() == [7] * 20


def test_features_that_are_all_alike_give_something():
    labels = np.array([0, 1, UNLABELLED, UNLABELLED])
    assert set(logistic(np.zeros((4, 3)), labels).tolist()) <= {0, 1}
