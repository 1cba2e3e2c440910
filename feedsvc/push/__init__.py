"""WebSub deliveries, pings of outside hubs, notifications and cache purges."""
