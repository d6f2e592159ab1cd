//! The contract suite of the vault.
