"""What goes over the wire: the models of every message, and the names of the topics that carry them.

These models are the source of truth. `python -m schemas.generate` writes the JSON Schema files and the AsyncAPI
document from them.
"""

SCHEMA_VERSION = "1.0"
"""Version of the outgoing messages: a new field is a minor step, a renamed or removed one a major step."""
