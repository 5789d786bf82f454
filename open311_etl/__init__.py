"""Every 311 service request of any Open311 (GeoReport v2) city, complete and current."""
