"""One servicer a service of the contract: translate, one call, translate back. Exceptions are told by ``status``."""
