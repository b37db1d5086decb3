//! Learns the small models of the analyses from open data, and writes their cards. A library as well, so that an eval can
//! learn a model anew without what it is then asked about.

pub mod arguments;
pub mod language;
pub mod linear;
pub mod sentiment;
pub mod spam;
