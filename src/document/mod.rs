//! YAML text, the spanned tree, typed documents, units, ids, digests.
