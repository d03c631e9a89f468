//! Generator of realistic registers with their truth, and small fixtures.
