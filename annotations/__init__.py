"""What is annotated: the label scheme, documents and spans, stored annotations, their formats and checks."""
