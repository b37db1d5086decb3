<!DOCTYPE html>
<html><head><?php wp_head(); ?></head><body>
<?php while (have_posts()) { the_post(); ?>
<article><h1><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a></h1><?php the_content(); ?></article>
<?php } ?>
<?php wp_footer(); ?></body></html>
