<?php
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The Blog', 'admin', 'admin@blog.test', true, '', 'a password of the test');
update_option('default_pingback_flag', 1);
update_option('comment_moderation', 0);
update_option('comment_previously_approved', 0);
switch_theme('plain');
// Our own words in the place of WordPress's.
wp_update_post(['ID' => 1, 'post_title' => 'We are open', 'post_content' => '<p>The kettle is on.</p>']);
wp_update_comment(['comment_ID' => 1, 'comment_author' => 'Rosa', 'comment_author_email' => 'rosa@reader.test',
    'comment_author_url' => '', 'comment_content' => 'At last!']);
echo "installed\n";
