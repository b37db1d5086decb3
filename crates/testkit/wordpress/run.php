<?php
// Runs what a test hands in, as a part of the blog, and prints what it returns as JSON.
require __DIR__ . '/wp-load.php';
echo "\nRESULT ", json_encode(eval(stream_get_contents(STDIN))), "\n";
