//! funnelc
