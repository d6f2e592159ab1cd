//! The clouds that Microsoft runs side by side (entra.md §1.2).

use serde::{Deserialize, Serialize};

/// A cloud, with its own hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// The one for everybody.
    #[default]
    Global,
    /// United States government.
    UsGovernment,
    /// China, run by 21Vianet.
    China,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Global, Self::UsGovernment, Self::China];

    /// Its login hosts; the first one is preferred.
    pub fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Global => &[
                "login.microsoftonline.com",
                "login.windows.net",
                "login.microsoft.com",
                "sts.windows.net",
            ],
            Self::UsGovernment => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// Its `cloud_instance_name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "microsoftonline.com",
            Self::UsGovernment => "microsoftonline.us",
            Self::China => "partner.microsoftonline.cn",
        }
    }

    /// Its `cloud_graph_host_name`: the old Azure AD Graph.
    pub fn directory_graph(self) -> &'static str {
        match self {
            Self::Global => "graph.windows.net",
            Self::UsGovernment => "graph.microsoftazure.us",
            Self::China => "graph.chinacloudapi.cn",
        }
    }

    /// Its `msgraph_host`: Microsoft Graph.
    pub fn graph(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::UsGovernment => "graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        }
    }
}

/// Another name under which clients reach the emulator, standing for a host of this cloud.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostAlias {
    /// As the `Host` header has it: `usgov.localhost:8401`.
    pub host: String,
    /// The cloud it stands for.
    pub cloud: Cloud,
}
