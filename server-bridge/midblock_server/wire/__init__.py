"""Translation between the contract's messages and core's dataclasses; the only place that knows both."""
