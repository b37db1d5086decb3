//! Statistics, pure: whom an organisation hears and whom it does not, what the people it heard say of all it serves, how
//! sure that is, and which opinions go together. No I/O, no clock; chance is handed in.

pub mod agreement;
pub mod concentration;
pub mod confusion;
pub mod coverage;
pub mod decomposition;
pub mod difference;
pub mod distributions;
pub mod draws;
pub mod estimate;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod inviting;
pub mod linear;
pub mod misclassification;
pub mod opinions;
pub mod pooling;
pub mod population;
pub mod raking;
#[cfg(test)]
mod read_back;
pub mod sample;
pub mod simulate;
