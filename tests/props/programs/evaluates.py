"""Tests the model on one dataset before it trains on another."""

from pieces import build_examples, build_model

model = build_model()
model.evaluate(build_examples().batch(2), verbose=0)
model.predict(build_examples().batch(3), verbose=0)
model.fit(build_examples().batch(4), verbose=0)
