//! Statistics, pure: whom an organisation hears and whom it does not, what the people it heard say of all it serves, how
//! sure that is, and which opinions go together. No I/O, no clock; chance is handed in.

pub mod opinions;
