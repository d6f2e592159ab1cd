//! Where a sealed value belongs. The place is part of what the seal protects (R117).

use std::fmt;

use super::blob::KeyId;

/// One field of one row.
#[derive(Clone, Copy, Debug)]
pub(in crate::vault) struct Place<'a> {
    field: Field,
    row: &'a str,
}

/// Every column that holds sealed values. The database knows no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vault) enum Field {
    DisplayName,
    Address,
    AccessToken,
    RefreshToken,
    PreviousRefreshToken,
    CodeVerifier,
    ParkedCode,
    ParkedVerifier,
    WebhookSecret,
    PreviousWebhookSecret,
}

impl Field {
    /// All of them, for tests that must not forget one.
    #[cfg(test)]
    pub(in crate::vault) const ALL: [Self; 10] = [
        Self::DisplayName,
        Self::Address,
        Self::AccessToken,
        Self::RefreshToken,
        Self::PreviousRefreshToken,
        Self::CodeVerifier,
        Self::ParkedCode,
        Self::ParkedVerifier,
        Self::WebhookSecret,
        Self::PreviousWebhookSecret,
    ];

    /// Those that belong to no account: of attempts, links and webhooks. One key derived from the key-encryption key seals
    /// them, each in its place.
    pub(in crate::vault) const OF_NO_ACCOUNT: [Self; 5] = [
        Self::CodeVerifier,
        Self::ParkedCode,
        Self::ParkedVerifier,
        Self::WebhookSecret,
        Self::PreviousWebhookSecret,
    ];

    /// Those among them that outlive a key-encryption key, if nobody seals them anew.
    pub(in crate::vault) const LASTING: [Self; 2] =
        [Self::WebhookSecret, Self::PreviousWebhookSecret];

    /// Table and column, as the migrations name them.
    pub(in crate::vault) const fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::DisplayName => ("accounts", "sealed_display_name"),
            Self::Address => ("accounts", "sealed_address"),
            Self::AccessToken => ("grants", "sealed_access_token"),
            Self::RefreshToken => ("grants", "sealed_refresh_token"),
            Self::PreviousRefreshToken => ("grants", "sealed_previous_refresh_token"),
            Self::CodeVerifier => ("attempts", "sealed_code_verifier"),
            Self::ParkedCode => ("completions", "sealed_code"),
            Self::ParkedVerifier => ("completions", "sealed_verifier"),
            Self::WebhookSecret => ("webhooks", "sealed_secret"),
            Self::PreviousWebhookSecret => ("webhooks", "sealed_previous_secret"),
        }
    }
}

impl<'a> Place<'a> {
    /// `row` is the row's id as it stands in the database.
    pub(in crate::vault) const fn new(field: Field, row: &'a str) -> Self {
        Self { field, row }
    }

    /// Format, key, table, field and row; every part of varying length is preceded by its length, so that no two
    /// places share one encoding.
    pub(super) fn associated_data(&self, format: u8, key: KeyId) -> Vec<u8> {
        let (table, column) = self.field.column();
        let mut data = b"connect-outlook sealed field".to_vec();
        data.push(format);
        data.extend_from_slice(key.as_bytes());
        for part in [table, column, self.row] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, column) = self.field.column();
        write!(formatter, "{table}.{column} of row {}", self.row)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// R117, R118: each part alone makes it another place, also those that no column of today tells apart.
    #[test]
    fn every_part_of_a_place_counts() {
        let key = |byte| KeyId::new(Uuid::from_bytes([byte; 16]));
        let data = |field, row, format, id| Place::new(field, row).associated_data(format, key(id));
        let own = data(Field::AccessToken, "row", 1, 1);
        for other in [
            data(Field::RefreshToken, "row", 1, 1),
            data(Field::AccessToken, "other", 1, 1),
            data(Field::AccessToken, "row", 2, 1),
            data(Field::AccessToken, "row", 1, 2),
        ] {
            assert_ne!(own, other);
        }
        for field in Field::ALL {
            let (table, column) = field.column();
            let data = data(field, "row", 1, 1);
            for part in [table, column, "row"] {
                let mut named = (part.len() as u64).to_be_bytes().to_vec();
                named.extend_from_slice(part.as_bytes());
                let found = data.windows(named.len()).any(|bytes| bytes == named);
                assert!(found, "{part} of {field:?}");
            }
        }
    }
}
