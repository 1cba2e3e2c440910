"""What is served over HTTP: the Flask views, and the rooms behind them."""
