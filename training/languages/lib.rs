//! Empty: only the folders of the dependencies are of use.
