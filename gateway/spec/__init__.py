"""What the HTTP API takes and gives, as models, and the documents (OpenAPI, AsyncAPI) made from them.

Models of bodies validate requests; models of answers only describe: tests hold every answer to them.
"""
