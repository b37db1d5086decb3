<?php
// Everything of a test is on 127.0.0.1, which WordPress speaks to neither at all nor on any port but three.
add_filter('http_request_host_is_external', '__return_true');
add_filter('http_allowed_safe_ports', function ($ports, $host, $url) {
    $ports[] = parse_url($url, PHP_URL_PORT);
    return $ports;
}, 10, 3);
add_filter('comment_flood_filter', '__return_false', 99);
add_filter('pre_wp_mail', '__return_true');
