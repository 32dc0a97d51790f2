"""Keras scripts in their usual public style run here as they are, but for their imports.

Images are the exception, which come channels first unless a layer is told otherwise.
"""

import re

import numpy as np
import pytest

MLP = """
import numpy as np
from sklearn.datasets import load_digits
from keras.models import Sequential
from keras.layers import Dense, Dropout
from keras import Input
from keras.utils import set_random_seed

set_random_seed(1)
x, y = load_digits(return_X_y=True)
x = x.astype("float32") / 16
x_train, x_test, y_train, y_test = x[:1400], x[1400:], y[:1400], y[1400:]

model = Sequential()
model.add(Input(shape=(64,)))
model.add(Dense(64, activation="relu"))
model.add(Dropout(0.2))
model.add(Dense(32, activation="relu", kernel_initializer="he_normal"))
model.add(Dense(10, activation="softmax"))
model.summary()

model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=32, epochs=12, verbose=0, validation_split=0.1)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
predictions = np.argmax(model.predict(x_test), axis=1)
agreement = (predictions == y_test).mean()
"""

BINARY = """
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
x = rng.normal(size=(600, 8))
y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)

model = keras.Sequential(
    [
        keras.Input(shape=(8,)),
        layers.Dense(32, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    loss="binary_crossentropy",
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    metrics=["accuracy"],
)
history = model.fit(
    x[:500],
    y[:500],
    epochs=25,
    batch_size=32,
    validation_data=(x[500:], y[500:]),
    class_weight={0: 1.0, 1: 1.2},
    verbose=0,
)
score = model.evaluate(x[500:], y[500:], verbose=0)
accuracy = score[1]
labels = (model.predict(x[500:]) > 0.5).astype("int32")
agreement = (labels[:, 0] == y[500:]).mean()
"""

CNN = """
import numpy as np
from sklearn.datasets import load_digits
from keras.models import Sequential
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.utils import set_random_seed

set_random_seed(3)
digits = load_digits()
x = np.expand_dims(digits.images, 1).astype("float32") / 16
y = np.eye(10)[digits.target]
x_train, x_test, y_train, y_test = x[:1400], x[1400:], y[:1400], y[1400:]

model = Sequential(
    [
        Input(shape=(1, 8, 8)),
        Conv2D(16, kernel_size=(3, 3), activation="relu", padding="same"),
        MaxPooling2D(pool_size=(2, 2)),
        Conv2D(32, (3, 3), activation="relu"),
        Flatten(),
        Dropout(0.3),
        Dense(10, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=32, epochs=12, verbose=0, validation_split=0.1)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
agreement = (model.predict(x_test).argmax(1) == y_test.argmax(1)).mean()
"""

LSTM = """
import numpy as np
import keras
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential

keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
x = rng.integers(0, 20, size=(500, 12))
y = (x == 7).any(axis=1).astype("float32")

model = Sequential()
model.add(Embedding(20, 16))
model.add(LSTM(24))
model.add(Dense(1, activation="sigmoid"))
adam = keras.optimizers.Adam(0.01)
model.compile(loss="binary_crossentropy", optimizer=adam, metrics=["accuracy"])
history = model.fit(
    x[:400], y[:400], batch_size=32, epochs=20, validation_data=(x[400:], y[400:]), verbose=0
)
loss, accuracy = model.evaluate(x[400:], y[400:], batch_size=50, verbose=0)
agreement = ((model.predict(x[400:]).ravel() > 0.5) == y[400:]).mean()
"""

BRANCHES = """
import numpy as np
import keras
from keras import layers
from keras.callbacks import LambdaCallback, TerminateOnNaN

keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
numbers = rng.normal(size=(500, 6)).astype("float32")
image = rng.normal(size=(500, 4)).astype("float32")
priority = numbers.sum(1, keepdims=True) / 3
department = ((numbers[:, 0] + image[:, 0]) > 0).astype("int64")

numbers_input = keras.Input(shape=(6,), name="numbers")
image_input = keras.Input(shape=(4,), name="image")
a = layers.Dense(24, activation="relu")(numbers_input)
b = layers.Dense(24, activation="relu")(image_input)
x = layers.concatenate([a, b]) if hasattr(layers, "concatenate") else layers.Concatenate()([a, b])
x = layers.Dense(24, activation="relu")(x)
shortcut = layers.Dense(24)(numbers_input)
x = layers.Add()([x, shortcut])
priority_output = layers.Dense(1, name="priority")(x)
department_output = layers.Dense(2, activation="softmax", name="department")(x)

model = keras.Model(
    inputs=[numbers_input, image_input],
    outputs={"priority": priority_output, "department": department_output},
)
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-2),
    loss={"priority": "mse", "department": "sparse_categorical_crossentropy"},
    loss_weights={"priority": 1.0, "department": 0.5},
    metrics={"department": ["accuracy"]},
)
epochs_seen = []
history = model.fit(
    {"numbers": numbers, "image": image},
    {"priority": priority, "department": department},
    epochs=15,
    batch_size=32,
    validation_split=0.2,
    verbose=0,
    callbacks=[
        TerminateOnNaN(),
        LambdaCallback(on_epoch_end=lambda epoch, logs: epochs_seen.append(logs["val_loss"])),
    ],
)
found = model.evaluate(
    {"numbers": numbers, "image": image},
    {"priority": priority, "department": department},
    return_dict=True,
    verbose=0,
)
accuracy = found["department_accuracy"]
agreement = (model.predict([numbers, image])["department"].argmax(1) == department).mean()
assert len(epochs_seen) == 15
"""

SCRIPTS = {"mlp": MLP, "binary": BINARY, "cnn": CNN, "lstm": LSTM, "branches": BRANCHES}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_keras_script_learns_with_other_imports(name, capsys):
    text = re.sub(r"^import keras$", "import glow as keras", SCRIPTS[name], flags=re.MULTILINE)
    text = re.sub(r"^from keras\b", "from glow", text, flags=re.MULTILINE)
    names = {"__name__": name}
    exec(text, names)  # noqa: S102 - our own scripts
    assert names["accuracy"] > 0.88
    assert names["agreement"] == pytest.approx(names["accuracy"], abs=1e-6)
    history = names["history"].history
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert np.isfinite(history["val_loss"]).all()
    assert len(history["val_loss"]) == len(names["history"].epoch)
    assert ("Total:" in capsys.readouterr().out) == ("summary" in text)
