//! Who may do what.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and answers.
    Agent,
    /// Everything, the team and the channels included.
    Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// See conversations, people and what was heard.
    Read,
    /// Answer, assign, close; everything an agent does in a day.
    Converse,
    /// Channels, imports, quarantine, team, tokens, the organisation itself.
    Manage,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Agent, Self::Owner];

    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Converse => self >= Self::Agent,
            Permission::Manage => self == Self::Owner,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Agent => "agent",
            Self::Owner => "owner",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}
