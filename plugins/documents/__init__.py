"""What turns a document into paper."""
