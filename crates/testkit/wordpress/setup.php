<?php
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The Blog', 'admin', 'admin@blog.test', true, '', 'a password of the test');
update_option('default_pingback_flag', 1);
update_option('comment_moderation', 0);
update_option('comment_previously_approved', 0);
switch_theme('plain');
echo "installed\n";
